// Runs a student's JavaScript on many inputs in one process, each in a fresh context. A script for inside of the
// sandbox. One JSON job comes on standard input (`code`, `entry`, `cases`, and the limits `seconds` and `output` in
// characters); a line of JSON goes to standard output for each case that has ended.
'use strict';

const fs = require('fs');
const vm = require('vm');
const { check, load } = require('./program.js');
const { fault, json, shown } = require('./values.js');
const { world } = require('./world.js');

const job = JSON.parse(fs.readFileSync(0, 'utf8'));
const timed = new vm.Script('learnflow()'); // V8 can only stop what a script has called, so callbacks are called so too
const EXIT = Symbol('exit');
let current = null;

function write(line) {
  const data = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let written = 0; written < data.length; ) written += fs.writeSync(1, data, written);
}

/** One run of the student's code: it ends once, with a report or at a limit. */
class Case {
  constructor(number) {
    this.number = number;
    this.started = performance.now();
    this.printed = { stdout: '', stderr: '' };
    this.atEnd = [];
    this.world = world(this, job.cases[number].stdin ?? '');
  }

  start() {
    setTimeout(() => this.stop('timeout'), this.left()).unref();
    this.enter(() => load(job, this.world, (entry) => this.loaded(entry)));
  }

  loaded(entry) {
    if (job.entry === null) return; // a program ends when there is nothing left to wait for
    this.printed.stdout = ''; // what is printed while a module loads is no answer
    if (typeof entry !== 'function') {
      this.raised('ReferenceError', `there is no function \`${job.entry}\``);
      return;
    }
    const value = entry(...this.world.parse(JSON.stringify(job.cases[this.number].arguments)));
    if (typeof value?.then === 'function') value.then((result) => this.returned(result), (error) => this.fail(error));
    else this.returned(value);
  }

  returned(value) {
    let report;
    try {
      report = { ended: 'finished', value: json(value) };
    } catch {
      report = { ended: 'finished', shown: shown(value) };
    }
    this.end(report);
  }

  /** Run a callback and the promises that it settles, within the time that is left. */
  enter(action) {
    if (this.ended) return;
    globalThis.learnflow = () => {
      action();
      process._tickCallback();
    };
    try {
      timed.runInThisContext({ timeout: this.left() });
    } catch (error) {
      this.fail(error);
    }
  }

  left() {
    return Math.max(1, Math.ceil(job.seconds * 1000 - (performance.now() - this.started)));
  }

  print(stream, text) {
    if (this.ended) return;
    this.printed[stream] += text;
    if (this.printed[stream].length <= job.output) return;
    this.printed[stream] = this.printed[stream].slice(0, job.output);
    this.stop('output');
  }

  exit(code) {
    if (job.entry === null) this.end({ ended: 'finished', exit: code });
    else this.raised('process.exit', `the program ended itself with exit code ${code} before the function returned`);
    throw EXIT;
  }

  idle() {
    if (job.entry === null) this.end({ ended: 'finished', exit: this.world.process.exitCode ?? 0 });
    else this.raised('Error', 'the promise that the function returned is never settled');
  }

  fail(error) {
    if (error?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') this.stop('timeout');
    else if (error !== EXIT) this.end({ ended: 'exception', fault: fault(error) });
  }

  raised(type, message) {
    this.end({ ended: 'exception', fault: { type, message, line: null, trace: `${type}: ${message}` } });
  }

  end(report) {
    if (this.ended) return;
    this.tell('', JSON.stringify(report));
    for (const close of this.atEnd) close();
    setImmediate(next);
  }

  stop(limit) {
    if (this.ended) return;
    this.tell(limit, '');
    process.reallyExit(0); // what still runs cannot be trusted to end
  }

  tell(limit, report) {
    this.ended = true;
    const milliseconds = Math.round(performance.now() - this.started);
    write({ case: this.number, milliseconds, status: 0, limit, ...this.printed, report });
  }
}

function next() {
  const number = current === null ? 0 : current.number + 1;
  if (number === job.cases.length) process.reallyExit(0);
  current = new Case(number);
  current.start();
}

process.on('beforeExit', () => current.idle());
process.on('uncaughtException', (error) => current.fail(error));
process.on('unhandledRejection', (error) => current.fail(error));

write({ ready: true });
const syntax = check(job);
if (syntax === null) next();
else {
  write({ syntax });
  process.reallyExit(0);
}
