//! The documents that are measured: one as small as they come, one as deep as an oversight board asks.

/// A list and nothing more.
pub(crate) const SHORT: &str = "{ studies { nodes { id } } }";

/// Studies with countries, sites, engagements and scopes; five levels below the root, and the records that they name.
pub(crate) const DEEP: &str = "query Oversight($n: Int!) { studies(first: $n, orderBy: [{ field: PROTOCOL_NUMBER }]) { totalCount nodes { \
    id protocolNumber briefTitle lifecycleState sponsor { name } internal { riskScore } \
    countries(first: 5) { totalCount nodes { countryCode state sites(first: 5) { nodes { number state enrolled site { name city } \
    contact { principalInvestigatorName } } pageInfo { hasNextPage endCursor } } } } \
    engagements(first: 5) { nodes { state model vendor { name } leadVendor { displayName } \
    scopes(first: 5) { nodes { serviceCategory validFrom validTo studySites { number } } } } } } } }";

/// How many studies [`DEEP`] is asked for: more than there are.
pub(crate) const STUDIES: u64 = 8;
