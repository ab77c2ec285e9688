// Metadata as people write it, `year >= 2020, kind = report`, and the filter that it means.

const VERBS = { "=": null, "!=": "not", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte" };
const CONDITION = /^([^=<>!]+?)\s*(!=|>=|<=|=|>|<)\s*(.+)$/;

/**
 * Read conditions. @param {string} text @returns {Record<string, unknown>}
 * @throws {SyntaxError} a part is no condition
 */
export function conditions(text) {
  const found = {};
  for (const [name, sign, value] of parts(text)) {
    const verb = VERBS[sign];
    found[name] = verb ? { ...(typeof found[name] === "object" ? found[name] : {}), [verb]: value } : value;
  }
  return found;
}

/**
 * Read plain fields, `=` alone. @param {string} text @returns {Record<string, unknown>}
 * @throws {SyntaxError} a part is no field
 */
export function fields(text) {
  const found = {};
  for (const [name, sign, value] of parts(text)) {
    if (sign !== "=") throw new SyntaxError(`“${name} ${sign} …”: metadata of a document is written with =`);
    found[name] = value;
  }
  return found;
}

function parts(text) {
  const written = text.split(",").map((part) => part.trim()).filter(Boolean);
  return written.map((part) => {
    const [, name, sign, value] = CONDITION.exec(part) || [];
    if (!name) throw new SyntaxError(`“${part}” is no condition; write for example: year >= 2020, kind = report`);
    return [name.trim(), sign, asValue(value)];
  });
}

function asValue(text) {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  return text.replace(/^"(.*)"$/, "$1");
}
