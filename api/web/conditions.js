// Metadata as people write it, `year >= 2020, kind = report`, and the filter that it means.

const VERBS = { "=": null, "!=": "not", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte" };
const PART = /(?:[=<>]\s*"(?:\\.|[^"\\])*"|[^,])+/g; // what is quoted may hold a comma
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

/** Write plain fields as they are read. @param {Record<string, unknown>} metadata @returns {string} */
export function written(metadata) {
  return Object.entries(metadata).map(([name, value]) => `${name} = ${asText(value)}`).join(", ");
}

function parts(text) {
  const found = (text.match(PART) || []).map((part) => part.trim()).filter(Boolean);
  return found.map((part) => {
    const [, name, sign, value] = CONDITION.exec(part) || [];
    if (!name) throw new SyntaxError(`“${part}” is no condition; write for example: year >= 2020, kind = report`);
    return [name.trim(), sign, asValue(value)];
  });
}

function asValue(text) {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  const quoted = /^"(.*)"$/.exec(text);
  return quoted ? quoted[1].replace(/\\(.)/g, "$1") : text;
}

/** Text is quoted where it would be read as something else, or as more than one part. */
function asText(value) {
  const isPlain = typeof value !== "string" || (asValue(value) === value && !/^\s|\s$|[,"\\]|^$/.test(value));
  return isPlain ? String(value) : `"${value.replace(/["\\]/g, "\\$&")}"`;
}
