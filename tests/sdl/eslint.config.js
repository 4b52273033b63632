// The rules of @graphql-eslint for schemas, recommended and Relay's; each that is set otherwise says why.
import graphql from '@graphql-eslint/eslint-plugin';

// Parts have the id of their whole, and are read with it; the rest is counted, explained or answered, and not kept.
const WITHOUT_ID = [
  'AccessExplanation', 'AccessReason', 'AllowedTransition', 'Blocker', 'ChangeEvent', 'ChangeFeed', 'CountryEnrollment',
  'EngagementConfirmation', 'EngagementInternal', 'EnrollmentCounts', 'EnrollmentTotals', 'ExportManifestEntry', 'ExternalRef', 'ExternalRefMatch', 'FieldChange', 'FindingInternal', 'HistoryEntry', 'IngestRejection', 'Money', 'PageInfo', 'PartialDate', 'PermissionChange', 'PersonContact', 'ProgramInternal',
  'RequestLimits', 'RoleGain', 'SignatureManifest', 'StudyBenchmark', 'StudyConfirmation', 'StudyInternal', 'StudyRegistry',
  'StudySiteContact', 'StudySiteInternal', 'StudySiteRegistry', 'UserError', 'Viewer', 'ViewerGrant', 'VisibilityGain',
  'VisibilityImpact', 'WorkItem', 'WorkQueue',
];

export default [
  {
    files: ['schema.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: './schema.graphql' } } },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // `nodes` beside `edges`, as GitHub and Shopify have it; entries of a history are no nodes.
      '@graphql-eslint/relay-edge-types': [
        'error', { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // Histories run one way.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      // The field's own words: what ClinicalTrials.gov calls a study type is called so.
      '@graphql-eslint/no-typename-prefix': 'off',
      '@graphql-eslint/strict-id-in-types': [
        'error', { exceptions: { suffixes: ['Connection', 'Edge', 'Payload'], types: WITHOUT_ID } },
      ],
    },
  },
];
