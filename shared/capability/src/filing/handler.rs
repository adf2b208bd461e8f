//! The handler of a kind of application.

/// Writes the handler of a form and offers it: it takes a [`Filing`](crate::Filing) of the form, files it, and is described
/// as every other one, with an example that passes the form's shape.
///
/// ```text
/// capability::files! {
///     /// Reports one's own identity card lost. 國民身分證掛失
///     file_id_loss_report(IdLossReport) -> NoFinding at "/v1/applications/id-loss-report",
///     example: {"lost_on": "2026-11-20", "lost_at": "新北市貢寮區福隆車站", "contact_phone": "0912345678"}
/// }
/// ```
///
/// The path ends in the name of the form's kind, and the handler is called as [`Kind::operation`](crate::Kind::operation)
/// says: an operation that is called otherwise is refused, because no policy names it.
#[macro_export]
macro_rules! files {
    (
        $(#[$($doc:tt)*])+
        $handler:ident($form:ident) -> $finding:ident at $path:tt,
        example: $example:tt
    ) => {
        // `utoipa` reads the method and the path from this attribute, and knows it by its bare name only.
        use actix_web::post;

        $(#[$($doc)*])+
        #[utoipa::path(
            tag = "application",
            params($crate::FilingHeaders),
            request_body(content = $form, example = json!($example)),
            responses((status = 202, body = $crate::Filed<$finding>), $crate::FilingProblems)
        )]
        #[post($path)]
        async fn $handler(
            filing: $crate::Filing<$form>,
        ) -> Result<$crate::Accepted, runtime::problem::Problem> {
            filing.file().await
        }

        impl $crate::Handled for $form {
            fn route(operations: &mut $crate::Operations<'_>) {
                operations.service($handler);
            }
        }
    };
}
