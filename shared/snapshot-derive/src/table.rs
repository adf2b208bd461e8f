//! Reads the attributes of a `Model` and writes its `TableDefinition`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{
    Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, Ident, Lit, LitStr, Meta, Result, Token,
};

/// What the attributes of one field say.
struct ColumnText {
    name: String,
    doc: String,
    primary: bool,
    indexed: bool,
    unique: bool,
    ty: syn::Type,
    ident: Ident,
}

/// What the attributes of the struct say.
struct TableText {
    name: LitStr,
    indexes: Vec<Vec<Ident>>,
    may_be_absent: bool,
    related: bool,
}

/// Writes the `snapshot::Table` implementation.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(
            input,
            "only a sea-orm `Model` struct can be a snapshot table",
        ));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(
            input,
            "a snapshot table needs named fields",
        ));
    };
    let table = table_text(input)?;
    let mut columns = Vec::new();
    for field in &fields.named {
        columns.extend(column_text(field)?);
    }
    let key: Vec<&String> = columns
        .iter()
        .filter(|c| c.primary)
        .map(|c| &c.name)
        .collect();
    if key.is_empty() {
        return Err(Error::new_spanned(
            input,
            "a snapshot table needs at least one `#[sea_orm(primary_key)]` field",
        ));
    }
    let indexes = index_tokens(&table, &columns)?;
    let column_tokens = columns.iter().map(|column| {
        let (name, doc, ty) = (&column.name, &column.doc, &column.ty);
        quote!(::snapshot::Column::of::<#ty>(#name, #doc))
    });
    let cells = columns.iter().map(|column| {
        let ident = &column.ident;
        quote!(::snapshot::Field::written(&self.#ident))
    });
    let (model, name, may_be_absent) = (&input.ident, &table.name, table.may_be_absent);
    let unrelated = (!table.related).then(unrelated_tokens);
    Ok(quote! {
        #unrelated

        impl ::snapshot::Table for #model {
            fn definition() -> ::snapshot::TableDefinition {
                ::snapshot::TableDefinition {
                    name: #name,
                    columns: ::std::vec![#(#column_tokens),*],
                    key: ::std::vec![#(#key),*],
                    indexes: ::std::vec![#(#indexes),*],
                    may_be_absent: #may_be_absent,
                    decode_first: |database| ::std::boxed::Box::pin(::snapshot::decode_first::<#model>(database)),
                }
            }

            fn cells(&self) -> ::std::vec::Vec<::std::string::String> {
                ::std::vec![#(#cells),*]
            }
        }
    })
}

/// What sea-orm wants of the module of an entity that is joined with no other, and whose rows are only read.
fn unrelated_tokens() -> TokenStream {
    quote! {
        /// Nothing is joined from this side.
        #[derive(Copy, Clone, Debug, ::sea_orm::EnumIter, ::sea_orm::DeriveRelation)]
        pub enum Relation {}

        impl ::sea_orm::ActiveModelBehavior for ActiveModel {}
    }
}

fn index_tokens(table: &TableText, columns: &[ColumnText]) -> Result<Vec<TokenStream>> {
    let mut indexes = Vec::new();
    for column in columns.iter().filter(|c| c.indexed || c.unique) {
        let (name, unique) = (&column.name, column.unique);
        indexes.push(quote!(::snapshot::Index { columns: ::std::vec![#name], unique: #unique }));
    }
    for group in &table.indexes {
        let mut names = Vec::new();
        for ident in group {
            let name = ident.unraw().to_string();
            if !columns.iter().any(|column| column.name == name) {
                return Err(Error::new_spanned(
                    ident,
                    format!("`{name}` is not a column of this table"),
                ));
            }
            names.push(name);
        }
        indexes.push(quote!(::snapshot::Index {
            columns: ::std::vec![#(#names),*],
            unique: false
        }));
    }
    Ok(indexes)
}

fn table_text(input: &DeriveInput) -> Result<TableText> {
    let mut name = None;
    let mut indexes = Vec::new();
    let mut may_be_absent = false;
    let mut related = false;
    for attribute in &input.attrs {
        if attribute.path().is_ident("sea_orm") {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("table_name") {
                    name = Some(meta.value()?.parse::<LitStr>()?);
                    return Ok(());
                }
                skip(&meta)
            })?;
        } else if attribute.path().is_ident("snapshot") {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("may_be_absent") {
                    may_be_absent = true;
                    return Ok(());
                }
                if meta.path.is_ident("related") {
                    related = true;
                    return Ok(());
                }
                if !meta.path.is_ident("index") {
                    return Err(
                        meta.error("expected `index(column, …)`, `may_be_absent` or `related`")
                    );
                }
                let inside;
                syn::parenthesized!(inside in meta.input);
                let columns = inside.parse_terminated(Ident::parse_any, Token![,])?;
                indexes.push(columns.into_iter().collect());
                Ok(())
            })?;
        }
    }
    let name = name.ok_or_else(|| {
        Error::new_spanned(
            &input.ident,
            "a snapshot table needs `#[sea_orm(table_name = \"…\")]`",
        )
    })?;
    Ok(TableText {
        name,
        indexes,
        may_be_absent,
        related,
    })
}

fn column_text(field: &Field) -> Result<Option<ColumnText>> {
    let Some(ident) = &field.ident else {
        return Ok(None);
    };
    let mut column = ColumnText {
        name: ident.unraw().to_string(),
        doc: doc_text(field),
        primary: false,
        indexed: false,
        unique: false,
        ty: field.ty.clone(),
        ident: ident.clone(),
    };
    let mut ignored = false;
    for attribute in field.attrs.iter().filter(|a| a.path().is_ident("sea_orm")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("column_name") {
                column.name = meta.value()?.parse::<LitStr>()?.value();
                return Ok(());
            }
            column.primary |= meta.path.is_ident("primary_key");
            column.indexed |= meta.path.is_ident("indexed");
            column.unique |= meta.path.is_ident("unique");
            ignored |= meta.path.is_ident("ignore");
            skip(&meta)
        })?;
    }
    Ok((!ignored).then_some(column))
}

/// Steps over a member that is sea-orm's business.
fn skip(meta: &syn::meta::ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let inside;
        syn::parenthesized!(inside in meta.input);
        inside.parse::<TokenStream>()?;
    }
    Ok(())
}

fn doc_text(field: &Field) -> String {
    let lines = field
        .attrs
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        });
    lines.collect::<Vec<_>>().join(" ").trim().to_owned()
}
