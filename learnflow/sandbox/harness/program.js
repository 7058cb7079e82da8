// A student's code as CommonJS, as `node main.js` takes it, or as a module where it is only that.
'use strict';

const vm = require('vm');
const { fault } = require('./values.js');

const NAME = 'main.js';
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/** Return null for code that can be run, or its syntax error; the job learns which kind of code it is. */
function check(job) {
  try {
    vm.compileFunction(job.code, PARAMETERS, { filename: NAME });
    return null;
  } catch (error) {
    try {
      job.module = new vm.SourceTextModule(job.code, { identifier: NAME }) !== null;
      return null;
    } catch (other) {
      return /^\s*(import|export)\b|\bawait\b/m.test(job.code) ? { ...fault(other), line: place(job.code) } : fault(error);
    }
  }
}

/** Return the line of a module's syntax error, which V8 tells of scripts only, or null. */
function place(code) {
  try {
    vm.compileFunction(`async () => {${code.replace(/^(\s*)(import\b.*|export\s+default\b|export\b)/gm, '$1')}\n}`, [], {
      filename: NAME,
    });
    return null;
  } catch (error) {
    return fault(error).line;
  }
}

/** Run the code in a world, and hand its entry (or undefined) to `use`. */
function load(job, world, use) {
  if (job.module) {
    loadModule(job, world).then(use).catch((error) => world.fail(error));
    return;
  }
  const module = { exports: {} };
  const name = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(job.entry ?? '') && job.entry !== 'default' ? job.entry : 'undefined';
  const code = `${job.code}\n;return typeof ${name} === 'undefined' ? undefined : ${name}`;
  const run = vm.compileFunction(code, PARAMETERS, {
    filename: NAME,
    parsingContext: world.context,
    importModuleDynamically: (specifier) => synthetic(specifier, world),
  });
  const found = run.call(module.exports, module.exports, world.require, module, `/tmp/${NAME}`, '/tmp');
  use(found ?? module.exports[job.entry] ?? (typeof module.exports === 'function' ? module.exports : undefined));
}

async function loadModule(job, world) {
  const make = (code) =>
    new vm.SourceTextModule(code, {
      identifier: NAME,
      context: world.context,
      importModuleDynamically: (specifier) => synthetic(specifier, world),
    });
  let module;
  try {
    module = make(`${job.code}\nexport { ${job.entry} as learnflow };`);
  } catch {
    module = make(job.code); // it has no such name, or is a program
  }
  await module.link((specifier) => synthetic(specifier, world));
  await module.evaluate();
  return module.namespace.learnflow ?? module.namespace[job.entry] ?? module.namespace.default;
}

async function synthetic(specifier, world) {
  const exported = world.require(specifier);
  const names = [...new Set(['default', ...Object.keys(exported)])];
  const module = new vm.SyntheticModule(
    names,
    () => names.forEach((name) => module.setExport(name, name === 'default' ? exported : exported[name])),
    { context: world.context },
  );
  await module.link(() => {});
  await module.evaluate();
  return module;
}

module.exports = { check, load };
