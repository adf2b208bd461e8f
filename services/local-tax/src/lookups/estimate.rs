//! What the estimates of the three reliefs have in common.

/// Writes an estimate of a relief: the query, of its own fields and those that every estimate takes, and the handler.
/// `verdict()` of the query says what the law gives.
macro_rules! relief_estimate {
    (
        $(#[$($query_doc:tt)*])+
        struct $query:ident {
            $($field:tt)*
        }
        tax: $tax:tt;

        $(#[$($doc:tt)*])+
        $handler:ident at $path:tt
    ) => {
        // `utoipa` reads the method and the path from this attribute, and knows it by its bare name only.
        use actix_web::get;

        $(#[$($query_doc)*])+
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams, validator::Validate)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $query {
            $($field)*
            /// 災害發生日
            disaster_on: chrono::NaiveDate,
            #[doc = $tax]
            #[validate(range(min = 0, message = "must not be below zero"))]
            #[param(minimum = 0)]
            tax: Option<i64>,
        }

        $(#[$($doc)*])+
        ///
        /// No record is looked at.
        #[utoipa::path(
            tag = "relief-estimate",
            params(capability::ReasonHeaders, $query),
            responses((status = 200, body = capability::Answered<Relief>), capability::Problems)
        )]
        #[get($path)]
        pub(super) async fn $handler(
            lookup: capability::Lookup,
            query: capability::Parameters<$query>,
        ) -> Result<capability::Answer<Relief>, runtime::problem::Problem> {
            let capability::Parameters(case) = query;
            Ok(lookup.answer(case.verdict().of(case.tax, lookup.today())))
        }
    };
}

pub(super) use relief_estimate;
