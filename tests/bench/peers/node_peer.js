// SPDX-License-Identifier: GPL-3.0-or-later
// The peer in Node.js: mqtt → better-sqlite3, one transaction for whatever has gathered.
// usage: node node_peer.js PORT COUNT DATABASE
'use strict';
const { createRequire } = require('module');
const load = createRequire(process.cwd() + '/');
const mqtt = load('mqtt');
const Database = load('better-sqlite3');

const port = process.argv[2];
const count = Number(process.argv[3]);
const db = new Database(process.argv[4]);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('CREATE TABLE readings(id TEXT, ts INTEGER, value REAL)');
const insert = db.prepare('INSERT INTO readings VALUES(?, ?, ?)');
const store = db.transaction((rows) => {
  for (const row of rows) insert.run(row.id, row.ts, row.value);
});

let waiting = [];
let stored = 0;
let begin;
let last = 0;
let scheduled = false;

function flush() {
  scheduled = false;
  store(waiting);
  stored += waiting.length;
  waiting = [];
  last = Date.now();
  if (stored >= count) finish();
}

function finish() {
  const used = process.cpuUsage(begin);
  const lastUs = Number(process.hrtime.bigint() / 1000n);
  console.log(JSON.stringify({
    received: stored, last_us: lastUs, cpu_s: (used.user + used.system) / 1e6,
    rss_kb: Math.round(process.memoryUsage().rss / 1024),
  }));
  process.exit(0);
}

const client = mqtt.connect({ host: '127.0.0.1', port, clientId: 'node', clean: true });
client.on('connect', () => client.subscribe('bench/#', { qos: 0 }, () => {
  begin = process.cpuUsage();
  last = Date.now();
  console.log('ready');
}));
client.on('message', (topic, payload) => {
  const message = JSON.parse(payload);
  waiting.push({ id: message.Hid, ts: Date.now(), value: message.Value });
  if (waiting.length >= 10000) {
    flush();
  } else if (!scheduled) {
    scheduled = true;
    setImmediate(flush);
  }
});
setInterval(() => { if (Date.now() - last > 10000) finish(); }, 1000);
