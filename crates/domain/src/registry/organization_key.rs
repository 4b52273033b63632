//! How spellings of one organisation are recognised: case, accents, punctuation and legal form do not tell organisations apart.
//! Nothing more is guessed; what people have reviewed beyond it stands in the alias table.

use super::fold::fold;
use super::organization_alias::canonical;

/// The key of an organisation's name: folded (see [`fold`]), its legal forms at the end taken off, reviewed aliases replaced.
///
/// - Legal forms go as often as they stand at the end (`Pharma Co., Ltd.`, `GmbH & Co. KG`), spelled together or apart (`S.A.`, `SA`).
/// - A name that is nothing but legal forms keeps its first word.
/// - Two-letter forms that are also postal abbreviations of states (`AB`, `AS`, `CO`, `NV`) stay where they stand alone
///   after a comma: `General Hospital, Denver, CO` names a place.
/// - Departments, places, `The` and words like `Group` stay: whether they matter is not for a rule to guess.
/// - A name without any letter or digit is its own key.
#[must_use]
pub fn organization_key(name: &str) -> String {
    let folded = fold(name);
    if folded.is_empty() {
        return name.trim().to_owned();
    }
    let mut words: Vec<&str> = folded.split(' ').collect();
    if !ends_in_state(name, words.last().copied()) {
        while let Some(length) = legal_form_at_end(&words) {
            words.truncate(words.len() - length);
            // `Smith & Co.` and `GmbH & Co. KG`: the `and` belonged to the form.
            if words.len() > 1 && words.last() == Some(&"and") {
                words.pop();
            }
        }
    }
    canonical(words.join(" "))
}

/// Legal forms, folded, written apart where fold parts them.
const LEGAL_FORMS: &[&str] = &[
    "inc",
    "incorporated",
    "incorporation",
    "corp",
    "corporation",
    "co",
    "company",
    "ltd",
    "limited",
    "limited liability company",
    "llc",
    "l l c",
    "llp",
    "l l p",
    "lp",
    "l p",
    "plc",
    "p l c",
    "pc",
    "p c",
    "pty",
    "pte",
    "pvt ltd",
    "pvt limited",
    "private ltd",
    "private limited",
    "proprietary limited",
    "sdn bhd",
    "gmbh",
    "mbh",
    "g m b h",
    "ag",
    "a g",
    "kg",
    "kgaa",
    "ug",
    "ev",
    "e v",
    "sa",
    "s a",
    "sas",
    "s a s",
    "sasu",
    "sarl",
    "s a r l",
    "srl",
    "s r l",
    "spa",
    "s p a",
    "sl",
    "s l",
    "slu",
    "s l u",
    "sau",
    "s a u",
    "sa de cv",
    "s a de c v",
    "sapi de cv",
    "s a p i de cv",
    "s a p i de c v",
    "ltda",
    "lda",
    "bv",
    "b v",
    "nv",
    "n v",
    "bvba",
    "ab",
    "a b",
    "as",
    "a s",
    "asa",
    "aps",
    "oy",
    "oyj",
    "se",
    "sro",
    "s r o",
    "doo",
    "d o o",
    "sp z o o",
    "kk",
    "k k",
    "kft",
    "zrt",
];

/// How many words at the end are one legal form, the longest that fits; none where it would take the whole name.
fn legal_form_at_end(words: &[&str]) -> Option<usize> {
    LEGAL_FORMS
        .iter()
        .map(|form| form.split(' '))
        .filter(|form| words.len() > form.clone().count())
        .filter(|form| form.clone().rev().eq(words.iter().rev().take(form.clone().count()).copied()))
        .map(Iterator::count)
        .max()
}

/// Whether the last word is a state's abbreviation after a comma rather than a legal form.
fn ends_in_state(name: &str, last: Option<&str>) -> bool {
    let two_letters = matches!(last, Some("ab" | "as" | "co" | "nv"));
    two_letters && name.rsplit_once(',').is_some_and(|(_, tail)| Some(fold(tail).as_str()) == last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_organisation_in_many_spellings() {
        for spelling in [
            "Halvorsen Quill Pharma",
            "HALVORSEN QUILL PHARMA",
            "Halvorsen-Quill Pharma, Inc.",
            "Halvorsen Quill Pharma Inc",
            "Halvorsen Quill Pharma Co., Ltd.",
            "Halvorsen Quill Pharma Co.,Ltd",
            "Halvorsen Quill Pharma Pty Ltd",
            "Halvorsen Quill Pharma Pte. Ltd.",
            "Halvorsen Quill Pharma (Pty) Ltd",
            "Halvorsen Quill Pharma GmbH & Co. KG",
            "Halvorsen Quill Pharma S.A.",
            "Halvorsen Quill Pharma SA",
            "Halvorsen Quill Pharma S.p.A.",
            "Halvorsen Quill Pharma B.V.",
            "Halvorsen Quill Pharma A/S",
            "Halvorsen Quill Pharma, S.A.P.I. de C.V.",
            "Halvorsen Quill Pharma L.L.C.",
            "Halvorsen Quill Pharma AG",
            "Halvorsen Quill Pharma NV",
            "Halvorsen Quill Pharma Sp. z o.o.",
            "Halvorsen Quill Pharma Sdn. Bhd.",
            "Hálvorsen  Quill Pharma，Ltd．",
            "Halvorsen Quill Pharma & Company",
            "Halvorsen Quill Pharma & Co. Ltd",
            "Halvorsen Quill Pharma Corporation Limited",
        ] {
            assert_eq!(organization_key(spelling), "halvorsen quill pharma", "{spelling}");
        }
    }

    #[test]
    fn nothing_is_merged_by_guess() {
        let key = organization_key("Halvorsen Quill Pharma");
        for other in [
            "Halvorsen Quill",
            "Halvorsen Quill Pharma Group",
            "Halvorsen Quill Pharma Holdings",
            "Halvorsen Quill Pharma Deutschland GmbH",
            "Halvorsen Quill Pharma, Germany",
            "Halvorsen Quill Pharmaceuticals",
            "The Halvorsen Quill Pharma",
            "Halvorsen Quill Pharma (HQP)",
        ] {
            assert_ne!(organization_key(other), key, "{other}");
        }
    }

    #[test]
    fn a_state_after_a_comma_is_a_place() {
        assert_eq!(organization_key("General Hospital, Denver, CO"), "general hospital denver co");
        assert_eq!(organization_key("Desert Clinic, NV"), "desert clinic nv");
        assert_eq!(organization_key("Desert Clinic NV"), "desert clinic");
    }

    #[test]
    fn a_name_is_never_emptied() {
        assert_eq!(organization_key("Limited"), "limited");
        assert_eq!(organization_key("Co. Ltd."), "co");
        assert_eq!(organization_key("S.A."), "s a");
        assert_eq!(organization_key("Company Inc"), "company");
        assert_eq!(organization_key(" — "), "—");
    }

    #[test]
    fn legal_forms_are_folded() {
        for form in LEGAL_FORMS {
            assert_eq!(&fold(form), form);
        }
    }

    proptest! {
        #[test]
        fn a_suffix_and_case_never_matter(name in "[a-z]{3,9} [a-z]{3,9}", suffix in prop::sample::select(vec!["Inc.", "Ltd", "GmbH", "S.A.", "Co., Ltd."])) {
            let plain = organization_key(&name);
            prop_assert_eq!(organization_key(&format!("{} {suffix}", name.to_uppercase())), plain.clone());
            prop_assert_eq!(organization_key(&plain), plain);
        }

        #[test]
        fn any_name_has_a_key(name in "\\PC+") {
            prop_assert_eq!(organization_key(&name).is_empty(), name.trim().is_empty());
        }
    }
}
