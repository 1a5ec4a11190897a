/** Every `$ref` in a document that leads nowhere. Only references inside the document count as right. */
export function danglingReferences(document: unknown): string[] {
  return references(document).filter(
    (ref) => !ref.startsWith('#/') || resolvePointer(document, ref) === undefined,
  );
}

export function references(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = '$ref' in node && typeof node.$ref === 'string' ? [node.$ref] : [];
  return [...own, ...Object.values(node).flatMap(references)];
}

function resolvePointer(document: unknown, ref: string): unknown {
  const keys = ref.slice(2).split('/');
  return keys.reduce<unknown>((node, key) => {
    if (typeof node !== 'object' || node === null) return undefined;
    return (node as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')];
  }, document);
}
