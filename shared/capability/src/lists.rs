//! Lists of what is on record of somebody, page by page.

/// Writes the lookups that list somebody's rows: the citizen's own, and those of anybody for whoever the policy lets ask.
///
/// ```text
/// /// The months whose premium a person owes.
/// async fn arrears(lookup: &Lookup, person: PersonId, page: PageQuery) -> Result<List<ArrearsRecord>, Problem> { … }
///
/// capability::lists! {
///     arrears(PersonId, PageQuery) -> ArrearsRecord;
///
///     /// The months whose premium the caller owes. 本人欠費
///     own_arrears at "/v1/me/arrears", tag = "own";
///
///     /// The months whose premium a person owes; for officers, with purpose and case number. 依統一編號查詢欠費
///     arrears_of_person at "/v1/persons/{person_id}/arrears", tag = "person",
///     params("person_id" = PersonId, Path, description = "身分證統一編號");
/// }
/// ```
///
/// The first line names the function that answers, with what it takes: whose rows, and which of them, [`PageQuery`] or a
/// struct by [`paged`](crate::paged). The second handler may be left out. Tag and parameters are as `utoipa::path` takes
/// them; the person asked about is named to the access log before the function is called.
///
/// [`PageQuery`]: crate::PageQuery
#[macro_export]
macro_rules! lists {
    (
        $rows:ident($whose:ident, $query:ident) -> $record:ident;

        $(#[$($own_doc:tt)*])+
        $own:ident at $own_path:tt, tag = $own_tag:tt;

        $(
            $(#[$($doc:tt)*])+
            $handler:ident at $path:tt, tag = $tag:tt,
            params($($key:tt)+);
        )?
    ) => {
        // `utoipa` reads the method and the path from this attribute, and knows it by its bare name only.
        use actix_web::get;

        $(#[$($own_doc)*])+
        #[utoipa::path(
            tag = $own_tag,
            params($query),
            responses((status = 200, body = $crate::Listed<$record>), $crate::Problems)
        )]
        #[get($own_path)]
        pub(super) async fn $own(
            lookup: $crate::Lookup,
            query: $crate::Parameters<$query>,
        ) -> Result<$crate::List<$record>, runtime::problem::Problem> {
            let own = <$whose>::from(lookup.own_id()?);
            $rows(&lookup, own, query.0).await
        }

        $(
            $(#[$($doc)*])+
            #[utoipa::path(
                tag = $tag,
                params($crate::ReasonHeaders, ($($key)+), $query),
                responses((status = 200, body = $crate::Listed<$record>), $crate::Problems)
            )]
            #[get($path)]
            pub(super) async fn $handler(
                lookup: $crate::Lookup,
                key: $crate::Key<$whose>,
                query: $crate::Parameters<$query>,
            ) -> Result<$crate::List<$record>, runtime::problem::Problem> {
                lookup.about(&key.0);
                $rows(&lookup, key.0, query.0).await
            }
        )?
    };
}

/// Declares the query of a list that takes more than paging: the struct with its own fields, and those of
/// [`PageQuery`](crate::PageQuery), which `page()` gives.
///
/// ```text
/// capability::paged! {
///     /// Which assessments.
///     pub(super) struct OfYear {
///         /// Those of this year only. 年度
///         year: Option<i32>,
///     }
/// }
/// ```
#[macro_export]
macro_rules! paged {
    (
        $(#[$($doc:tt)*])+
        $visibility:vis struct $name:ident { $($field:tt)* }
    ) => {
        $(#[$($doc)*])+
        #[derive(Clone, Debug, serde::Deserialize, utoipa::IntoParams, validator::Validate)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        $visibility struct $name {
            $($field)*
            /// `next` of the page before. 頁次標記
            pub cursor: Option<$crate::Cursor>,
            /// Rows wanted, 1 to 100. 每頁筆數
            #[validate(range(min = 1, max = 100, message = "must be from 1 to 100"))]
            #[param(minimum = 1, maximum = 100, default = 50)]
            pub limit: Option<u8>,
        }

        impl $name {
            /// Which page.
            #[must_use]
            $visibility fn page(&self) -> $crate::PageQuery {
                $crate::PageQuery {
                    cursor: self.cursor.clone(),
                    limit: self.limit,
                }
            }
        }
    };
}
