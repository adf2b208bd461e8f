//! Taiwan's registry identifiers, dates, shares and masks as parsed types.
