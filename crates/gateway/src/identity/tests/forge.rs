//! Test keys, made anew in every run, and tokens with any header and any payload, honest or not.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
        RSA_PSS_SHA256, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

pub(super) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key pair of a provider.
pub(super) enum Forge {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Hmac(Vec<u8>),
}

impl Forge {
    pub(super) fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("key"))
    }

    pub(super) fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("key"))
    }

    pub(super) fn p384() -> Self {
        Self::P384(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).expect("key"))
    }

    pub(super) fn ed() -> Self {
        Self::Ed(Ed25519KeyPair::generate().expect("key"))
    }

    /// The public half as a JWK, without `alg` and `use`.
    pub(super) fn jwk(&self, kid: &str) -> Value {
        let mut jwk = match self {
            Self::Rsa(pair) => {
                let (n, e) = rsa_numbers(pair);
                json!({ "kty": "RSA", "n": b64(n), "e": b64(e) })
            }
            Self::P256(pair) => elliptic("P-256", pair.public_key().as_ref()),
            Self::P384(pair) => elliptic("P-384", pair.public_key().as_ref()),
            Self::Ed(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": b64(pair.public_key().as_ref()) })
            }
            Self::Hmac(secret) => json!({ "kty": "oct", "k": b64(secret) }),
        };
        jwk["kid"] = json!(kid);
        jwk
    }

    /// Signs a header and payload as they stand; `alg` in the header picks between RS256 and PS256 only.
    pub(super) fn sign(&self, header: &Value, payload: &Value) -> String {
        self.sign_text(&header.to_string(), &payload.to_string())
    }

    pub(super) fn sign_text(&self, header: &str, payload: &str) -> String {
        let message = format!("{}.{}", b64(header), b64(payload));
        let (bytes, random) = (message.as_bytes(), SystemRandom::new());
        let signature = match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                if header.contains("PS256") {
                    pair.sign(&RSA_PSS_SHA256, &random, bytes, &mut signature)
                } else {
                    pair.sign(&RSA_PKCS1_SHA256, &random, bytes, &mut signature)
                }
                .expect("signature");
                signature
            }
            Self::P256(pair) | Self::P384(pair) => pair.sign(&random, bytes).expect("signature").as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(bytes).as_ref().to_vec(),
            Self::Hmac(secret) => {
                let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
                aws_lc_rs::hmac::sign(&key, bytes).as_ref().to_vec()
            }
        };
        format!("{message}.{}", b64(signature))
    }

    /// The algorithm that the key is made for.
    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
            Self::P384(_) => "ES384",
            Self::Ed(_) => "EdDSA",
            Self::Hmac(_) => "HS256",
        }
    }
}

fn rsa_numbers(pair: &RsaKeyPair) -> (Vec<u8>, Vec<u8>) {
    let key = pair.public_key();
    (key.modulus().big_endian_without_leading_zero().to_vec(), key.exponent().big_endian_without_leading_zero().to_vec())
}

fn elliptic(curve: &str, point: &[u8]) -> Value {
    let (x, y) = point[1..].split_at((point.len() - 1) / 2);
    json!({ "kty": "EC", "crv": curve, "x": b64(x), "y": b64(y) })
}
