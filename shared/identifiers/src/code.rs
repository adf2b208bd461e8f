//! Codes of which there are few, each with a meaning.

/// Declares an enum whose values a register writes as fixed codes, with the traits of an identifier. Public: a code names
/// nobody.
macro_rules! code {
    (
        $(#[$doc:meta])*
        $name:ident; $english:literal, $term:literal, $pattern:literal, $example:literal;
        $($(#[$value_doc:meta])* $value:ident = $code:literal),+ $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$value_doc])* $value),+
        }

        impl $name {
            /// The code.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $code),+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Invalid;

            fn from_str(raw: &str) -> Result<Self, crate::Invalid> {
                match raw {
                    $($code => Ok(Self::$value),)+
                    _ => Err(crate::Rule::no_form_of::<Self>(raw)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        crate::identifier::text_traits!($name, public; $english, $term, $pattern, $example);
        crate::column::column_traits!($name);
    };
}

pub(crate) use code;
