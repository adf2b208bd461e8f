//! Household registration: who people are, where they live, who their kin are.
