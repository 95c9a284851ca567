"""Stories of the whole product, seen from outside: signed API, local Slack, the service's callbacks."""
