import { ApiProblem } from './problem';

export interface FileAnswer {
  status: number;
  text: string;
  retryAfter: string | null;
}

/** `fetch` tells nothing of how far an upload has got, so this is the one place with the older way. */
export function sendFile(
  path: string,
  file: Blob,
  onProgress: (part: number) => void,
): Promise<FileAnswer> {
  return new Promise((answer, fail) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', file.type);
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) onProgress(loaded / total);
    };
    request.onload = () =>
      answer({
        status: request.status,
        text: request.responseText,
        retryAfter: request.getResponseHeader('Retry-After'),
      });
    request.onerror = () => fail(new ApiProblem('unreachable'));
    request.send(file);
  });
}
