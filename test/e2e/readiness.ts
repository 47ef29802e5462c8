/** Whether the conditions of a node or a pod say Ready. */
export const isReady = (
  conditions: readonly { readonly type: string; readonly status: string }[] | undefined,
): boolean => conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
