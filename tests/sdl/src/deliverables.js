import { graphql } from 'relay-runtime';

// A page of what is owed, to be scrolled on, and one row of it that can be read anew by its id.
graphql`
  query deliverablesQuery($state: DeliverableStateComparator, $count: Int!, $cursor: String) {
    viewer { organization { id name } }
    ...deliverablesList_query @arguments(state: $state, count: $count, cursor: $cursor)
  }
`;

graphql`
  fragment deliverablesList_query on Query
    @argumentDefinitions(state: { type: "DeliverableStateComparator" }, count: { type: "Int!" }, cursor: { type: "String" })
    @refetchable(queryName: "deliverablesNextQuery") {
    deliverables(first: $count, after: $cursor, filter: { state: $state }, orderBy: [{ field: DUE_DATE, direction: ASC }])
      @connection(key: "deliverablesList_deliverables") {
      totalCount
      edges { node { id ...deliverablesRow_deliverable } }
    }
  }
`;

graphql`
  fragment deliverablesRow_deliverable on Deliverable @refetchable(queryName: "deliverablesRowQuery") {
    id title state dueDate daysLate ballInCourt
    engagement { vendor { name } }
    submissions(first: 3) { edges { node { number documentHash } } }
    allowedTransitions { action enabled blockers { code message } }
  }
`;

graphql`
  mutation deliverablesPrepareMutation($input: DeliverablePrepareInput!) {
    deliverablePrepare(input: $input) { deliverable { ...deliverablesRow_deliverable } userErrors { code message field } }
  }
`;
