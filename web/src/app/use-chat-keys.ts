import { useEffect, useEffectEvent, useRef, type RefObject } from 'react';
import { useLocation } from 'wouter';
import { conversationPath } from '@/components/paths';

/** The shortcuts of the chat. Returns the ref for the field that "find" goes to. */
export function useChatKeys(
  peer: string | null,
  names: readonly string[],
  onHelp: () => void,
): RefObject<HTMLInputElement | null> {
  const [, navigate] = useLocation();
  const searchField = useRef<HTMLInputElement>(null);

  const neighbour = (step: number) => {
    const index = peer === null ? -1 : names.indexOf(peer);
    const next = names[index < 0 ? 0 : index + step];
    if (next !== undefined) navigate(conversationPath(next));
  };

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]'))
      return;
    const command = keyOf(event);
    if (command === 'find') searchField.current?.focus();
    else if (command === 'help') onHelp();
    else if (command === 'up') neighbour(-1);
    else if (command === 'down') neighbour(1);
    else if (command === 'escape') {
      if (document.activeElement === searchField.current) searchField.current?.blur();
      else if (peer !== null) navigate('/');
    } else return;
    event.preventDefault();
  });

  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);

  return searchField;
}

function keyOf(event: KeyboardEvent): 'find' | 'help' | 'up' | 'down' | 'escape' | null {
  const { key, altKey, ctrlKey, metaKey } = event;
  if ((ctrlKey || metaKey) && key.toLowerCase() === 'k') return 'find';
  if (altKey && key === 'ArrowUp') return 'up';
  if (altKey && key === 'ArrowDown') return 'down';
  if (altKey || ctrlKey || metaKey) return null;
  if (key === 'Escape') return 'escape';
  if (isTyping(event.target)) return null;
  if (key === '/') return 'find';
  return key === '?' ? 'help' : null;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
