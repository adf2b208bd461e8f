//! What people file in an emergency.
