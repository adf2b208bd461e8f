//! The operations of the land register.

use super::table::{Operation, Who};

const SERVICE: &str = "land-registry";
const PARCEL: &str = "/v1/parcels/{mine:land-registry/ownership/land_office?object_kind=parcel}-\
                      {mine:land-registry/ownership/section?object_kind=parcel}-\
                      {mine:land-registry/ownership/object_no?object_kind=parcel}";
const BUILDING: &str = "/v1/buildings/{mine:land-registry/ownership/land_office?object_kind=building}-\
                        {mine:land-registry/ownership/section?object_kind=building}-\
                        {mine:land-registry/ownership/object_no?object_kind=building}";
const THEIR_PARCEL: &str = "/v1/parcels/{theirs:land-registry/ownership/land_office?object_kind=parcel}-\
                            {theirs:land-registry/ownership/section?object_kind=parcel}-\
                            {theirs:land-registry/ownership/object_no?object_kind=parcel}";
const THEIR_BUILDING: &str = "/v1/buildings/{theirs:land-registry/ownership/land_office?object_kind=building}-\
                              {theirs:land-registry/ownership/section?object_kind=building}-\
                              {theirs:land-registry/ownership/object_no?object_kind=building}";

pub(super) fn operations() -> Vec<Operation> {
    let mut operations = vec![
        Operation::own(SERVICE, "own_summary", "/v1/me"),
        Operation::own(SERVICE, "own_titles", "/v1/me/titles")
            .malformed(&["?limit=0", "?cursor=x"]),
        Operation::public(SERVICE, "parcel_transcript", PARCEL)
            .with(&[r#""shares""#, r#""snapshot""#])
            .hides(&["{me}"])
            .malformed(&["/v1/parcels/x", "?class=4", "?class=x"])
            .someone_elses(THEIR_PARCEL, 200, &["{other}"]),
        Operation::public(SERVICE, "building_transcript", BUILDING)
            .with(&[r#""shares""#, r#""snapshot""#])
            .hides(&["{me}"])
            .malformed(&["/v1/buildings/x", "?class=0"])
            .someone_elses(THEIR_BUILDING, 200, &["{other}"]),
        Operation::asked(
            SERVICE,
            "titles_of_owner",
            "/v1/owners/{me}/titles",
            &[Who::Officer],
            "property-proof",
        )
        .malformed(&["/v1/owners/A123456780/titles", "?limit=0"])
        .someone_elses("/v1/owners/{nobody}/titles", 200, &["title_certificate_no"]),
        Operation::filing(
            SERVICE,
            "file_title_certificate_loss",
            "/v1/applications/title-certificate-loss",
            r#"{"object":"building:{mine:land-registry/ownership/land_office?object_kind=building}-{mine:land-registry/ownership/section?object_kind=building}-{mine:land-registry/ownership/object_no?object_kind=building}","title_certificate_no":"{mine:land-registry/ownership/title_certificate_no?object_kind=building}","lost_on":"2026-11-20","circumstances":"地震","contact_phone":"0912345678"}"#,
            r#"{"object":"building:{theirs:land-registry/ownership/land_office?object_kind=building}-{theirs:land-registry/ownership/section?object_kind=building}-{theirs:land-registry/ownership/object_no?object_kind=building}","title_certificate_no":"{theirs:land-registry/ownership/title_certificate_no?object_kind=building}","lost_on":"2026-11-20","circumstances":"地震","contact_phone":"0912345678"}"#,
        ),
    ];
    operations.extend(Operation::common(SERVICE, "{application:land-registry}"));
    operations
}
