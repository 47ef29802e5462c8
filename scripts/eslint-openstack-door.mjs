import { ESLintUtils } from '@typescript-eslint/utils';

/** What a resource of openstack-client-ts may be asked for anywhere: reads of one that is named by its id. */
const READS = new Set(['get', 'waitFor', 'waitActive', 'waitGone', 'statusTree', 'consoleLog']);
/** What sends a request of any kind. */
const REQUESTS = new Set(['request', 'json', 'list', 'listing']);

/**
 * Lists, changes and deletions of OpenStack go through the door (docs/decisions/0014): what is not listed there was not
 * compared with its filters, and nobody has seen the cluster's mark on what is changed.
 */
export const openstackDoor = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      door: 'Ask for lists with `listed`; make, change and remove through `ownResources` (docs/decisions/0014).',
    },
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    const checker = services.program.getTypeChecker();
    const isA = (symbol, name) =>
      symbol !== undefined &&
      (symbol.name === name ||
        (checker.getDeclaredTypeOfSymbol(symbol).getBaseTypes?.() ?? []).some((base) => isA(base.symbol, name)));
    return {
      'CallExpression > MemberExpression.callee'({ object, property, parent }) {
        const { symbol } = services.getTypeAtLocation(object);
        const resource = isA(symbol, 'ReadableResource') && !READS.has(property.name);
        const service =
          isA(symbol, 'ServiceClient') && REQUESTS.has(property.name) && parent.arguments[0]?.value !== 'GET';
        if (resource || service) context.report({ node: parent, messageId: 'door' });
      },
    };
  },
});
