//! The questions, one file each.

pub(crate) mod bills;
mod estimate;
mod house_tax_relief;
mod land_tax_relief;
mod own_bill;
mod own_houses;
mod own_summary;
mod vehicle_tax_relief;

capability::lookups![
    own_summary::own_local_taxes,
    bills::own_bills,
    own_bill::own_bill,
    own_houses::own_houses,
    bills::taxpayer_bills,
    house_tax_relief::estimate_house_tax_relief,
    land_tax_relief::estimate_land_tax_relief,
    vehicle_tax_relief::estimate_vehicle_tax_relief,
];
