const notes = [
  { frequency: 659.25, at: 0 },
  { frequency: 987.77, at: 0.11 },
];
const loudness = 0.08;
const lasts = 0.32;

let context: AudioContext | null = null;

/** Two soft notes, made here: there is no file to load. Silent until somebody has touched the page. */
export async function chime(): Promise<void> {
  context ??= new AudioContext();
  if (context.state === 'suspended') await context.resume();
  for (const { frequency, at } of notes) play(context, frequency, context.currentTime + at);
}

function play(audio: AudioContext, frequency: number, start: number): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.type = 'sine';
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(loudness, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + lasts);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + lasts);
}
