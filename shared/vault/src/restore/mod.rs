//! Restoring: finding the newest restore point, planning, gathering, writing.
