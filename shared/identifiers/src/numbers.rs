//! Numbers whose only public rule is their form.

use crate::identifier::identifier;
use crate::text::{Text, is_upper_alphanumeric};

identifier! {
    /// Household number (戶號): eight capital letters and digits.
    HouseholdNo[8], personal;
    "household number", "戶號", "^[A-Z0-9]{8}$", "F0000001";
    Text::alphanumeric
}

identifier! {
    /// Number of a national health insurance card (健保卡卡號): twelve digits.
    NhiCardNo[12], personal;
    "NHI card number", "健保卡卡號", "^[0-9]{12}$", "000012345678";
    Text::digits
}

identifier! {
    /// Code of a medical institution (醫事機構代碼): ten digits.
    InstitutionNo[10], public;
    "medical institution code", "醫事機構代碼", "^[0-9]{10}$", "0401180014";
    Text::digits
}

identifier! {
    /// House tax number (房屋稅籍編號): eleven or twelve capital letters and digits.
    HouseTaxNo[12], personal;
    "house tax number", "房屋稅籍編號", "^[A-Z0-9]{11,12}$", "H00000000001";
    |raw| Text::parse(raw, 11, |_, byte| is_upper_alphanumeric(byte))
}

identifier! {
    /// Passport number (護照號碼): nine digits.
    PassportNo[9], personal;
    "passport number", "護照號碼", "^[0-9]{9}$", "300000001";
    Text::digits
}

identifier! {
    /// Number of an insured unit of labour insurance (保險證號): eight digits. Its check character stands apart, see
    /// [`InsuredUnitCheck`].
    InsuredUnitNo[8], public;
    "insured unit number", "保險證號", "^[0-9]{8}$", "10000013";
    Text::digits
}

identifier! {
    /// Check character of an insured unit (保險證號檢查碼). Its rule is not public: it is stored and never checked.
    InsuredUnitCheck[1], public;
    "insured unit check character", "保險證號檢查碼", "^[A-Z0-9]$", "A";
    Text::alphanumeric
}

identifier! {
    /// A telephone number by which somebody can be reached (聯絡電話): digits, and `-` between them; `+` in front for other
    /// countries.
    Phone[16], personal;
    "telephone number", "聯絡電話", "^[+0-9][0-9-]{5,15}$", "0912345678";
    |raw| Text::parse(raw, 6, |at, byte| byte.is_ascii_digit() || (at == 0 && byte == b'+') || (at > 0 && byte == b'-'))
}

identifier! {
    /// Number that an agency gave to a bill, a notice, a payment or a case (單據或案件編號): up to 32 capital letters, digits
    /// and dashes.
    RecordNo[32], personal;
    "record number", "單據或案件編號", "^[A-Z0-9][A-Z0-9-]{0,31}$", "B000000001";
    |raw| Text::parse(raw, 1, |at, byte| is_upper_alphanumeric(byte) || (at > 0 && byte == b'-'))
}
