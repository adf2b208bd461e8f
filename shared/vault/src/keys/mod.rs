//! Master key, custodians' shares, sessions, and the HPKE construction under all of them.
