"""What comes in over HTTP: API Gateway's events, the guards at each route, and the answers."""
