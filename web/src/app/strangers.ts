/** Whether an address is for people without a session: logging in, signing up, or where a mailed link leads. */
export function isForStrangers(path: string): boolean {
  return isLogIn(path) || /^\/(account|password|email)(\/|$)/.test(path);
}

export function isLogIn(path: string): boolean {
  return /^\/login\/?$/.test(path);
}

/** Whether an address is `/section`, or a place in it. */
export function isUnder(section: string, path: string): boolean {
  return path === section || path.startsWith(`${section}/`);
}
