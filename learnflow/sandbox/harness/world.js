// The globals and modules of one run: everything that reads or prints belongs to that run alone. What few runs need is
// loaded when it is asked for.
'use strict';

const { EventEmitter } = require('events');
const realFs = require('fs');
const { promisify } = require('util');
const vm = require('vm');

const { nextTick } = process;

const STANDARD_INPUT = new Set([0, '/dev/stdin', '/proc/self/fd/0']);
const GLOBALS = [
  'AbortController', 'AbortSignal', 'Buffer', 'Event', 'EventTarget', 'TextDecoder', 'TextEncoder', 'URL',
  'URLSearchParams', 'atob', 'btoa', 'clearImmediate', 'clearInterval', 'clearTimeout', 'performance',
  'structuredClone',
];

/** Return what a run sees: its context, process and require, and a parser of JSON into values of that context. */
function world(run, stdin) {
  const input = Buffer.from(stdin);
  const process = processOf(run, input);
  const globals = { process, ...timersOf(run) };
  lazy(globals, 'console', () => new (require('console').Console)({ stdout: process.stdout, stderr: process.stderr }));
  for (const name of GLOBALS) {
    Object.defineProperty(globals, name, Object.getOwnPropertyDescriptor(globalThis, name));
  }
  const context = vm.createContext(globals);
  globals.global = vm.runInContext('globalThis', context);
  return {
    context,
    process,
    require: requireOf(process, input, globals),
    parse: vm.runInContext('JSON.parse', context),
    fail: (error) => run.fail(error),
  };
}

/** Make a property when it is first asked for: most runs need few of them, and a stream costs as much as a case. */
function lazy(object, name, make) {
  const keep = (value) => {
    Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: true });
    return value;
  };
  Object.defineProperty(object, name, { get: () => keep(make()), set: keep, configurable: true, enumerable: true });
}

function processOf(run, input) {
  const own = {
    argv: ['node', '/tmp/main.js'],
    env: {},
    exitCode: undefined,
    exit: (code) => run.exit(Number(code ?? own.exitCode ?? 0)),
  };
  lazy(own, 'stdin', () => reading(run, input));
  lazy(own, 'stdout', () => printing(run, 'stdout', 1));
  lazy(own, 'stderr', () => printing(run, 'stderr', 2));
  const emitter = new EventEmitter();
  for (const name of ['on', 'once', 'off', 'emit', 'addListener', 'removeListener', 'removeAllListeners']) {
    own[name] = emitter[name].bind(emitter);
  }
  return Object.setPrototypeOf(own, process);
}

function reading(run, input) {
  const read = function () {
    if (input.length) this.push(input);
    this.push(null);
  };
  const stream = Object.assign(new (require('stream').Readable)({ read }), { fd: 0, isTTY: false });
  run.atEnd.push(() => stream.destroy());
  return stream;
}

function printing(run, name, fd) {
  const write = (chunk, _, done) => {
    run.print(name, chunk.toString());
    done();
  };
  return Object.assign(new (require('stream').Writable)({ write, decodeStrings: false }), { fd, isTTY: false });
}

function timersOf(run) {
  const wrap = (start) => (callback, ...rest) => {
    if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function.');
    const timer = start((...values) => run.enter(() => callback(...values)), ...rest);
    run.atEnd.push(() => clearTimeout(timer));
    return timer;
  };
  const timers = { setTimeout: wrap(setTimeout), setInterval: wrap(setInterval), setImmediate: wrap(setImmediate) };
  const later = (milliseconds, value) => new Promise((resolve) => timers.setTimeout(resolve, milliseconds, value));
  timers.setTimeout[promisify.custom] = later;
  return { ...timers, queueMicrotask };
}

function requireOf(process, input, globals) {
  const own = { process, timers: globals };
  lazy(own, 'fs', () => fsOf(process, input));
  lazy(own, 'fs/promises', () => own.fs.promises);
  lazy(own, 'console', () => globals.console);
  return (name) => {
    const plain = String(name).replace(/^node:/, '');
    if (own[plain]) return own[plain];
    if (require('module').builtinModules.includes(plain)) return require(plain);
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
  };
}

function fsOf(process, input) {
  let place = 0;
  const text = (options) => {
    const encoding = typeof options === 'string' ? options : options?.encoding;
    return encoding ? input.toString(encoding) : input;
  };
  const streamOf = (target) => ({ 1: process.stdout, 2: process.stderr, '/dev/stdout': process.stdout })[target];
  const own = {
    readFileSync: (file, options) => (STANDARD_INPUT.has(file) ? text(options) : realFs.readFileSync(file, options)),
    readFile(file, options, callback = options) {
      if (!STANDARD_INPUT.has(file)) return realFs.readFile(file, options, callback);
      return nextTick(() => callback(null, text(callback === options ? undefined : options)));
    },
    readSync(file, buffer, offset = 0, length = buffer.length - offset) {
      if (!STANDARD_INPUT.has(file)) return realFs.readSync(file, buffer, offset, length);
      const read = input.copy(buffer, offset, place, place + length);
      place += read;
      return read;
    },
    writeSync: (file, data, ...rest) =>
      streamOf(file) ? Number(streamOf(file).write(data)) && data.length : realFs.writeSync(file, data, ...rest),
    writeFileSync: (file, data, options) =>
      streamOf(file) ? void streamOf(file).write(data) : realFs.writeFileSync(file, data, options),
    createReadStream: (file, options) =>
      STANDARD_INPUT.has(file) ? process.stdin : realFs.createReadStream(file, options),
  };
  const readFile = async (file, options) =>
    STANDARD_INPUT.has(file) ? text(options) : realFs.promises.readFile(file, options);
  own.promises = Object.setPrototypeOf({ readFile }, realFs.promises);
  return Object.setPrototypeOf(own, realFs);
}

module.exports = { world };
