import { afterEach, expect, test, vi } from 'vitest';
import { startWorker } from './worker';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

test('a worker that could not be registered is tried again with the same policy', async () => {
  const createPolicy = vi.fn((_: string, rules: object) => rules);
  const register = vi.fn().mockRejectedValueOnce(new TypeError('the server is away'));
  vi.stubEnv('PROD', true);
  vi.stubGlobal('trustedTypes', { createPolicy });
  vi.stubGlobal('navigator', {
    serviceWorker: { getRegistration: () => Promise.resolve(undefined), register },
  });
  await expect(startWorker()).rejects.toThrow('the server is away');
  await startWorker();
  expect(register).toHaveBeenLastCalledWith('/service-worker.js');
  expect(createPolicy).toHaveBeenCalledTimes(1);
});
