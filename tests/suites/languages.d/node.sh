# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Node.js runs in strict: children, workers, files, servers, its own test runner.
. "$E2E/lib.sh"

cat >work.test.js <<-'END'
	const test = require('node:test'), assert = require('assert'), fs = require('fs');
	const net = require('net'), http = require('http'), os = require('os');
	const { execSync, fork, spawnSync } = require('child_process');
	const { Worker } = require('worker_threads');
	test('children', () => {
	  assert.equal(execSync('echo hi').toString(), 'hi\n');
	  assert.equal(spawnSync('sh', ['-c', 'kill -9 $$']).signal, 'SIGKILL');
	});
	test('workers', (t, done) => {
	  const w = new Worker("require('worker_threads').parentPort.postMessage(42)", { eval: true });
	  w.on('message', (m) => { assert.equal(m, 42); done(); });
	});
	test('files', async () => {
	  const dir = fs.mkdtempSync(os.tmpdir() + '/work');
	  const watcher = fs.watch(dir);
	  await fs.promises.writeFile(dir + '/a', 'text');
	  assert.equal(await fs.promises.readFile(dir + '/a', 'utf8'), 'text');
	  watcher.close();
	});
	test('sockets', (t, done) => {
	  const server = http.createServer((q, a) => a.end('page')).listen(0, '127.0.0.1', () =>
	    http.get({ port: server.address().port }, (a) => a.on('data', (d) => {
	      assert.equal(String(d), 'page'); a.destroy(); server.close(done); })));
	});
	test('pipes', (t, done) => {
	  const server = net.createServer((c) => c.end('x')).listen(os.tmpdir() + '/s', () =>
	    net.connect(os.tmpdir() + '/s').on('data', () => server.close(done)));
	});
	test('crypto and compression', (t, done) => {
	  assert.equal(require('crypto').randomBytes(8).length, 8);
	  require('zlib').gzip('a'.repeat(9999), done);
	});
END
expect 0 isorun -p strict --net loopback --memory 1G node --test work.test.js
has '(# |. )pass [16]'
has '(# |. )fail 0'
