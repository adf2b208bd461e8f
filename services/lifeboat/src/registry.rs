//! The registry of capabilities: adding one is one line here.

use capability::Capability;

/// Every capability this program knows, in recovery order.
pub(crate) const CAPABILITIES: &[Capability] = &[
    household::CAPABILITY,
    health_enrolment::CAPABILITY,
    land_registry::CAPABILITY,
    vehicle_driver::CAPABILITY,
    national_tax::CAPABILITY,
    local_tax::CAPABILITY,
    labor_insurance::CAPABILITY,
];

/// The systems whose packages can be loaded, in recovery order.
#[must_use]
pub(crate) fn systems() -> Vec<snapshot::System> {
    CAPABILITIES.iter().map(Capability::system).collect()
}

/// The capability of that name.
#[must_use]
pub(crate) fn find(name: &str) -> Option<&'static Capability> {
    CAPABILITIES
        .iter()
        .find(|capability| capability.name == name)
}

/// The recovery tier of the system of that name; none for a system that no capability serves.
#[must_use]
pub(crate) fn tier(system: &str) -> Option<u8> {
    find(system).map(|capability| capability.recovery_tier)
}
