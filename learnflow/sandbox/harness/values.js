// What JavaScript's values and errors are in JSON.
'use strict';

const { inspect, types } = require('util');

const SHOWN = 2_000; // characters of what is no JSON
const LONGEST = 10_000; // elements taken from an iterator
const DEEPEST = 200; // of nested values
const TRACE = 8_000;
const PLACE = /main\.js:(\d+)/;

/** Return the JSON of a value; an error for what has none. */
function json(value, depth = 0) {
  if (depth > DEEPEST) throw new TypeError('nested too deeply');
  if (value === undefined || value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'bigint':
      return String(value);
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('no number of JSON');
      return JSON.stringify(value);
    case 'object':
      return object(value, depth + 1);
    default:
      throw new TypeError('no JSON');
  }
}

function object(value, depth) {
  if (types.isBoxedPrimitive(value)) return json(value.valueOf(), depth);
  if (Array.isArray(value) || types.isTypedArray(value)) return list(value, depth);
  if (types.isSet(value)) return list(sorted([...value]), depth);
  if (types.isMap(value)) return pairs([...value], depth);
  if (typeof value.toJSON === 'function') return json(value.toJSON(), depth);
  if (typeof value.next === 'function' && value[Symbol.iterator]) return list(some(value), depth);
  if (types.isNativeError(value) || types.isPromise(value) || types.isRegExp(value)) throw new TypeError('no JSON');
  return pairs(Object.entries(value).filter(([, item]) => item !== undefined), depth);
}

function list(items, depth) {
  return `[${Array.from(items, (item) => json(item, depth)).join(',')}]`;
}

function pairs(entries, depth) {
  const key = (name) => JSON.stringify(typeof name === 'string' ? name : json(name, depth).replaceAll(',', ', '));
  return `{${entries.map(([name, item]) => `${key(name)}:${json(item, depth)}`).join(',')}}`;
}

function sorted(items) {
  const kinds = new Set(items.map((item) => typeof item));
  const simple = kinds.size === 1 && (kinds.has('number') || kinds.has('string'));
  const rank = simple ? (item) => item : json;
  return items.sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
}

function some(iterator) {
  const items = [];
  for (const item of iterator) {
    if (items.push(item) === LONGEST) break;
  }
  return items;
}

/** Return a value as the console would show it. */
function shown(value) {
  return inspect(value, { depth: 4, maxStringLength: SHOWN }).slice(0, SHOWN);
}

/** Return what is known of an error: its type, message and line, and the trace through the student's own code. */
function fault(error) {
  if (!types.isNativeError(error)) {
    const message = typeof error === 'string' ? error : shown(error);
    return { type: error?.constructor?.name ?? typeof error, message, line: null, trace: `Uncaught ${message}` };
  }
  const type = String(error.name);
  const message = String(error.message);
  const lines = String(error.stack).split('\n');
  const first = lines.findIndex((line) => /^ {4}at /.test(line));
  const head = first < 0 ? lines : lines.slice(0, first);
  const frames = first < 0 ? [] : lines.slice(first).filter((line) => PLACE.test(line));
  const place = PLACE.exec(frames[0] ?? head[0] ?? '');
  const trace = [...head, ...frames].join('\n').slice(0, TRACE);
  return { type, message, line: place ? Number(place[1]) : null, trace };
}

module.exports = { fault, json, shown };
