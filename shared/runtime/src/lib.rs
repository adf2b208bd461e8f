//! What every process needs: configuration, telemetry, metrics, problem details, lifecycle.
