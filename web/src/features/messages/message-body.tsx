import { memo } from 'react';
import { bodyParts } from './body-parts';
import { emojiCount } from './emoji';
import css from './message-body.module.css';

/** A body as text nodes and safe links. Its direction follows its own script. */
export const MessageBody = memo(function MessageBody({ body }: { body: string }) {
  const emoji = emojiCount(body);
  if (emoji > 0) {
    return (
      <p className={css.emoji} data-count={emoji} dir="auto">
        {body}
      </p>
    );
  }
  return (
    <p className={css.body} dir="auto">
      {bodyParts(body).map((part, index) =>
        part.kind === 'text' ? (
          part.text
        ) : (
          <a
            key={index}
            href={part.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            className={css.link}
          >
            <bdi>{part.text}</bdi>
          </a>
        ),
      )}
    </p>
  );
});
