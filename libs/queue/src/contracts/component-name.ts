/** A name as a key of a document's components, which are letters, digits, dots, dashes and underscores (OpenAPI 3.1, 4.8.7; AsyncAPI 3.0, components). */
export function componentName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9.-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);
}
