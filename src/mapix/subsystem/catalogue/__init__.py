"""The catalogue of message services: entry points, MAPISVC.INF, and how providers are started."""
