//! Whether a name in the register is a person's, where no number stands beside it.

use identifiers::mask::transcript::Party;

/// How the names of organisations end: legal forms, banks, associations and offices of the state.
const ORGANISATIONS: [&str; 26] = [
    "公司",
    "銀行",
    "合作社",
    "農會",
    "漁會",
    "水利會",
    "公會",
    "工會",
    "協會",
    "學會",
    "基金會",
    "財團法人",
    "社團法人",
    "祭祀公業",
    "管理委員會",
    "商號",
    "企業社",
    "行號",
    "政府",
    "公所",
    "國庫署",
    "國稅局",
    "管理局",
    "分署",
    "法院",
    "國有財產署",
];

/// What a name is. One that does not tell is taken for a person's, who has privacy to lose.
pub(crate) fn party(name: &str) -> Party {
    let name = name.trim();
    // Five characters and more: shorter ones with such an ending are names of people or say nothing.
    let long = name.chars().count() >= 5;
    let organisation = |form: &&str| name.ends_with(*form) || name.starts_with(*form);
    if long && ORGANISATIONS.iter().any(organisation) {
        Party::Organisation
    } else {
        Party::Person
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisations_are_known_by_their_legal_form_and_everybody_else_is_a_person() {
        for (name, expected) in [
            ("臺灣長青商業銀行股份有限公司", Party::Organisation),
            ("臺灣土地銀行", Party::Organisation),
            ("貢寮區漁會", Party::Organisation),
            ("財團法人長青文教基金會", Party::Organisation),
            ("祭祀公業王大明", Party::Organisation),
            ("基隆市政府", Party::Organisation),
            ("王小明", Party::Person),
            ("王銀行", Party::Person),
            ("歐陽政府", Party::Person),
            ("Siku Demoname", Party::Person),
            ("𠊎明", Party::Person),
            ("", Party::Person),
        ] {
            assert_eq!(party(name), expected, "{name}");
        }
    }
}
