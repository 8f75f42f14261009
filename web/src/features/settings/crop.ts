/** A part of a picture, in its own pixels. */
export interface Part {
  x: number;
  y: number;
  size: number;
}

/** What is sent: as much as the largest screen shows of it, and some more. */
const sent = 512;

/** The largest square in the middle of a picture. */
export function middleOf(width: number, height: number): Part {
  const size = Math.min(width, height);
  return { x: (width - size) / 2, y: (height - size) / 2, size };
}

/** Draws a square part of a picture by itself, on white where it is transparent. */
export function cutOut(picture: HTMLImageElement, { x, y, size }: Part): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.max(1, Math.min(sent, Math.round(size)));
  const pen = canvas.getContext('2d');
  if (!pen) return Promise.reject(new Error('this browser draws no pictures'));
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(picture, x, y, size, size, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) => {
    canvas.toBlob(
      (blob) => (blob ? done(blob) : fail(new Error('the picture cannot be written'))),
      'image/jpeg',
      0.92,
    );
  });
}
