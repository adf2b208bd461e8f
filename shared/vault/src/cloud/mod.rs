//! Clouds: opening, limits, retries, and gathering from the fastest.
