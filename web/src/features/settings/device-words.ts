import Bowser from 'bowser';

export interface Device {
  /** "Firefox", "curl"; empty if it does not say. */
  program: string;
  /** "Windows", "Android"; empty if it does not say. */
  system: string;
}

/** What a program says it is, in words that its user knows. */
export function deviceOf(agent: string): Device {
  if (agent === '') return { program: '', system: '' };
  const { browser, os } = Bowser.parse(agent);
  const { name = '' } = browser;
  return { program: name === '' ? firstWord(agent) : name, system: os.name ?? '' };
}

/** Programs other than browsers are called what they call themselves: `curl/8.5.0`. */
function firstWord(agent: string): string {
  return agent.split(/[\s/(]/, 1)[0] ?? '';
}
