//! A provider's published keys: which of them may verify what.
//! A key's own type decides its algorithms, and whatever is weak, private or meant for something else is left out.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// More keys than any provider has in use; a set beyond it is refused as a whole.
const MAX_KEYS: usize = 100;

/// One key, and the algorithms that it may be used with.
#[derive(Debug)]
pub(super) struct Key {
    kid: Option<String>,
    algorithms: &'static [Algorithm],
    pub(super) verifying: DecodingKey,
}

impl Key {
    /// Whether a token signed with this key may claim an algorithm.
    pub(super) fn allows(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// The development secret as a key: HS256 and nothing else, whatever `kid` a token names.
    pub(super) fn from_secret(secret: &[u8]) -> Self {
        Self { kid: None, algorithms: &[Algorithm::HS256], verifying: DecodingKey::from_secret(secret) }
    }
}

/// What came of looking for a key.
#[derive(Debug)]
pub(super) enum Lookup {
    Found(Arc<Key>),
    /// No key has that `kid`; a newer set may.
    Unknown,
    /// Several keys have that `kid`.
    Ambiguous,
    /// The token names none, and there are several.
    NotNamed,
}

/// The usable keys of one published set.
#[derive(Debug, Default)]
pub(super) struct KeySet(Vec<Arc<Key>>);

/// A published set, before anything in it is believed.
#[derive(Deserialize)]
pub(super) struct RawKeySet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct RawKey {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// The private half. A provider that publishes it has lost the key.
    d: Option<Value>,
}

impl KeySet {
    /// The usable keys of a set; `None` where there are too many keys to be true.
    pub(super) fn from_raw(raw: RawKeySet) -> Option<Self> {
        if raw.keys.len() > MAX_KEYS {
            return None;
        }
        let keys = raw.keys.into_iter().filter_map(|value| {
            let key: RawKey = serde_json::from_value(value).ok()?;
            key.usable().map(Arc::new)
        });
        Some(Self(keys.collect()))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The key that a token names, or the only one where it names none.
    pub(super) fn find(&self, kid: Option<&str>) -> Lookup {
        let mut fitting = self.0.iter().filter(|key| kid.is_none() || key.kid.as_deref() == kid);
        match (fitting.next(), fitting.next(), kid) {
            (None, ..) => Lookup::Unknown,
            (Some(key), None, _) => Lookup::Found(Arc::clone(key)),
            (Some(_), Some(_), Some(_)) => Lookup::Ambiguous,
            (Some(_), Some(_), None) => Lookup::NotNamed,
        }
    }
}

impl RawKey {
    fn usable(self) -> Option<Key> {
        let for_signatures = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        let may_verify = self.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if !for_signatures || !may_verify || self.d.is_some() {
            return None;
        }
        let (algorithms, verifying) = match self.kty.as_str() {
            "RSA" => self.rsa()?,
            "EC" => self.elliptic()?,
            "OKP" => self.edwards()?,
            // "oct" above all: a secret that is published is none, and HS256 with it would be open to everybody.
            _ => return None,
        };
        Some(Key { kid: self.kid, algorithms, verifying })
    }

    fn rsa(&self) -> Option<(&'static [Algorithm], DecodingKey)> {
        let algorithms: &'static [Algorithm] = match self.alg.as_deref() {
            None => &[Algorithm::RS256, Algorithm::PS256],
            Some("RS256") => &[Algorithm::RS256],
            Some("PS256") => &[Algorithm::PS256],
            Some(_) => return None,
        };
        let modulus = unsigned(self.n.as_deref()?)?;
        let exponent = unsigned(self.e.as_deref()?)?;
        let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
        // FIPS 186-5: the exponent is odd, above 2^16; and a huge one or a huge modulus only serves to keep us busy.
        let exponent_good = odd(&exponent) && (3..=4).contains(&exponent.len());
        let modulus_good = odd(&modulus) && (2_048..=8_192).contains(&bits);
        (exponent_good && modulus_good).then(|| (algorithms, DecodingKey::from_rsa_raw_components(&modulus, &exponent)))
    }

    fn elliptic(&self) -> Option<(&'static [Algorithm], DecodingKey)> {
        let (algorithms, size): (&'static [Algorithm], _) = match (self.crv.as_deref()?, self.alg.as_deref()) {
            ("P-256", None | Some("ES256")) => (&[Algorithm::ES256], 32),
            ("P-384", None | Some("ES384")) => (&[Algorithm::ES384], 48),
            _ => return None,
        };
        let (x, y) = (self.x.as_deref()?, self.y.as_deref()?);
        let whole = |text| bytes(text).is_some_and(|bytes| bytes.len() == size);
        if !whole(x) || !whole(y) {
            return None;
        }
        // That the point lies on its curve is checked with every signature by the library beneath.
        DecodingKey::from_ec_components(x, y).ok().map(|key| (algorithms, key))
    }

    fn edwards(&self) -> Option<(&'static [Algorithm], DecodingKey)> {
        let fits = self.crv.as_deref() == Some("Ed25519") && matches!(self.alg.as_deref(), None | Some("EdDSA" | "Ed25519"));
        let x = self.x.as_deref().filter(|_| fits)?;
        if bytes(x)?.len() != 32 {
            return None;
        }
        let key = DecodingKey::from_ed_components(x).ok()?;
        Some((&[Algorithm::EdDSA], key))
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A positive big-endian number without leading zeros, so that padding can't make a weak key look long.
fn unsigned(text: &str) -> Option<Vec<u8>> {
    let bytes = bytes(text)?;
    let first = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes.get(first..)?.to_vec())
}
