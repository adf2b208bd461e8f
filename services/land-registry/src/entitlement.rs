//! Which class of a transcript a caller may have (土地登記規則 §24-1).

use access::caller::{Caller, CallerKind};
use access::purpose::Purpose;
use identifiers::mask::transcript::Class;
use runtime::problem::{Kind, Problem};

/// Why officers and agencies' systems get more than everybody.
const PURPOSES: [Purpose; 5] = [
    Purpose::PropertyProof,
    Purpose::DisasterRelief,
    Purpose::BenefitClaim,
    Purpose::TaxRelief,
    Purpose::LawEnforcement,
];

/// The classes that `caller` may have, the fullest first; `owns` says whether they are a registered owner of the object.
fn classes(caller: &Caller, owns: bool) -> &'static [Class] {
    let asks_in_office = || {
        caller.functions.contains("land-registry")
            && caller.case_number.is_some()
            && caller
                .purpose
                .is_some_and(|purpose| PURPOSES.contains(&purpose))
    };
    match caller.kind {
        CallerKind::Citizen if owns => &[Class::First, Class::Second],
        CallerKind::Officer if asks_in_office() => &[Class::First, Class::Third, Class::Second],
        CallerKind::AgencySystem if asks_in_office() => &[Class::Third, Class::Second],
        _ => &[Class::Second],
    }
}

/// The class that is answered: the one asked for, or the fullest.
///
/// # Errors
/// 403 for a class that the caller may not have.
pub(crate) fn class(caller: &Caller, owns: bool, asked: Option<u8>) -> Result<Class, Problem> {
    let may = classes(caller, owns);
    match asked {
        None => Ok(may[0]),
        Some(number) => may
            .iter()
            .copied()
            .find(|class| self::number(*class) == number)
            .ok_or_else(|| {
                Problem::new(Kind::Forbidden).detail(
                    "This class of transcript is for the registered owner and for offices with a purpose and a case.",
                    "此類謄本僅限登記名義人，或敘明目的及案號之機關。",
                )
            }),
    }
}

/// 1, 2 or 3.
pub(crate) const fn number(class: Class) -> u8 {
    match class {
        Class::First => 1,
        Class::Second => 2,
        Class::Third => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(kind: CallerKind, function: &str, purpose: Option<Purpose>, case: &str) -> Caller {
        Caller {
            kind,
            functions: [function.to_owned()].into(),
            purpose,
            case_number: case.parse().ok(),
            ..Caller::anonymous(None)
        }
    }

    #[test]
    fn the_first_class_is_the_owners_and_the_officers_the_third_an_interested_partys_the_second_everybodys()
     {
        use CallerKind::{AgencySystem, Anonymous, Auditor, Citizen, Clinician, Officer};
        let proof = Some(Purpose::PropertyProof);
        let land = "land-registry";
        for (kind, owns, function, purpose, case, expected) in [
            (Anonymous, false, "", None, "", &[2][..]),
            (Citizen, false, "", None, "", &[2]),
            (Citizen, true, "", None, "", &[1, 2]),
            (Officer, false, land, proof, "C-1", &[1, 3, 2]),
            (Officer, false, land, proof, "", &[2]),
            (Officer, false, land, None, "C-1", &[2]),
            (
                Officer,
                false,
                land,
                Some(Purpose::Mobilisation),
                "C-1",
                &[2],
            ),
            (Officer, false, "household", proof, "C-1", &[2]),
            (AgencySystem, false, land, proof, "C-1", &[3, 2]),
            (AgencySystem, false, "household", proof, "C-1", &[2]),
            (Clinician, false, land, proof, "C-1", &[2]),
            (Auditor, false, land, proof, "C-1", &[2]),
        ] {
            let caller = caller(kind, function, purpose, case);
            let may: Vec<u8> = classes(&caller, owns)
                .iter()
                .map(|class| number(*class))
                .collect();
            assert_eq!(may, expected, "{kind} {function} {purpose:?} {case}");
            assert_eq!(class(&caller, owns, None).map(number).unwrap(), expected[0]);
            for asked in 1..=3 {
                let answered = class(&caller, owns, Some(asked)).map(number).ok();
                assert_eq!(answered, expected.contains(&asked).then_some(asked));
            }
        }
    }
}
