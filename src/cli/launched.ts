// Ties this process to the launcher (bin/carillon.js) that started it: when the launcher dies without
// a word, by SIGKILL or the out-of-memory killer, this process must not live on with its sockets and
// its data directory. It does nothing in a process that was not started by the launcher.

/**
 * Ends this process, at once and without clean-up, when the launcher's channel closes. A channel of
 * any other parent (a test that forks, a process supervisor) is left alone.
 */
export function dieWithLauncher(): void {
  const launched = process.env['CARILLON_LAUNCHED'] === '1';
  // Not for our own children: they would take their channel for the launcher's.
  delete process.env['CARILLON_LAUNCHED'];
  if (!launched || process.channel === undefined || process.channel === null) return;
  // SIGKILL and not exit(): the operator killed us as in a crash, and a crash is what he must get.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
