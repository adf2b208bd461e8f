//! The questions, one file each.

mod assessments;
mod business_by_ubn;
mod own_payments;
mod own_refunds;
mod own_summary;

capability::lookups![
    own_summary::own_taxes,
    assessments::own_assessments,
    own_refunds::own_refunds,
    own_payments::own_payments,
    business_by_ubn::business_by_ubn,
    assessments::taxpayer_assessments,
];
