//! How a capability's crate declares itself: [`declare`](crate::declare) in its `lib.rs`, and a list at the end of each of
//! its three folders.

/// Declares a capability in its crate's `lib.rs`: writes `CAPABILITY` of what is named here and of what every capability
/// has in the same place: the modules `tables`, `lookups`, `applications`, `invented` and `sample`, and `access.cedar`
/// beside `lib.rs`.
///
/// ```text
/// capability::declare! {
///     name: "health-enrolment",
///     system_name: "健保承保系統",
///     summary: "Answers citizens about their health insurance, from a restored snapshot of the enrolment register.",
///     recovery_tier: 0,
///     schema_version: 1,
///     probes: [reads_back::<nhi_card::Entity>("a card is found by its number")],
/// }
/// ```
///
/// See the fields of [`Capability`](crate::Capability) for what each means.
#[macro_export]
macro_rules! declare {
    (
        name: $name:literal,
        system_name: $system_name:literal,
        summary: $summary:literal,
        recovery_tier: $recovery_tier:literal,
        schema_version: $schema_version:literal,
        probes: [$($probe:expr),+ $(,)?] $(,)?
    ) => {
        /// The declaration of this capability.
        pub const CAPABILITY: $crate::Capability = $crate::Capability {
            name: $name,
            system_name: $system_name,
            summary: $summary,
            recovery_tier: $recovery_tier,
            schema_version: $schema_version,
            tables: tables::definitions,
            probes: || vec![$($probe),+],
            invent: invented::rows,
            lookups: lookups::routes,
            applications: applications::OFFERED,
            sample: Some(|db, person, day| Box::pin(sample::application(db, person, day))),
            policy: include_str!("access.cedar"),
        };
    };
}

/// Ends `tables/mod.rs`: the tables by their modules, in the order in which they are loaded.
#[macro_export]
macro_rules! tables {
    [$($table:ident),+ $(,)?] => {
        pub(crate) fn definitions() -> Vec<snapshot::TableDefinition> {
            vec![$(<$table::Model as snapshot::Table>::definition()),+]
        }
    };
}

/// Ends `lookups/mod.rs`: the handlers, in the order of the OpenAPI document.
#[macro_export]
macro_rules! lookups {
    [$($file:ident::$handler:ident),+ $(,)?] => {
        pub(crate) fn routes(operations: &mut $crate::Operations<'_>) {
            operations$(.service($file::$handler))+;
        }
    };
}

/// Ends `applications/mod.rs`: the forms that can be filed, each with a handler by [`files`](crate::files).
#[macro_export]
macro_rules! applications {
    [$($form:ident),+ $(,)?] => {
        pub(crate) const OFFERED: &[$crate::Offered] = &[$($crate::Offered::of::<$form>()),+];
    };
}
