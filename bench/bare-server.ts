// The reference of the makecall figures, a process of its own: the least that Node's own HTTP server does
// for the same request. It answers everything with `OK`, checks nothing and calls nobody.

import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/plain');
  response.end('OK');
});
server.listen(0, '127.0.0.1', () => {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the bare server has no port');
  console.log(`bare server ready http://127.0.0.1:${bound.port}`);
});
