import { useLingui } from '@lingui/react';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useMedia } from '@/components/use-media';
import { timesFor } from '@/i18n/use-times';
import { regional } from '@/i18n/languages';
import css from './chart.module.css';

export interface Line {
  label: string;
  /** A colour of the theme, such as `--chart-1`. */
  color: string;
  values: readonly number[];
}

interface Props {
  /** What it shows, in words: a picture says nothing to whoever does not see it. */
  words: string;
  /** Milliseconds since 1970, one for each value. */
  times: readonly number[];
  lines: readonly Line[];
  format: (value: number) => string;
}

const height = 132;
/** Milliseconds that are shown also when less is known. */
const shortest = 120_000;
/** Seconds between two labels: the clock has no shorter ones. */
const steps = [60, 120, 300, 600];
/** Where an axis is, as uPlot counts sides. */
const right = 1;
const left = 3;

/** Lines over time, drawn anew with each value: nothing moves by itself. */
export function Chart({ words, times, lines, format }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(null);
  const locale = regional(useLingui().i18n.locale);
  const dark = useMedia('(prefers-color-scheme: dark)');
  const shape = lines.map(({ color }) => color).join();

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const made = new UPlot(optionsFor({ box, locale, shape, format }), [[]], box);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }));
    resized.observe(box);
    // The colours are those of the theme at the moment of drawing.
    const themed = new MutationObserver(() => made.redraw());
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      made.destroy();
      plot.current = null;
    };
    // `format` follows from the locale.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [locale, shape, dark]);

  useEffect(() => {
    const end = times.at(-1) ?? 0;
    const start = Math.min(times[0] ?? end, end - shortest);
    const data = [times.map(seconds), ...lines.map(({ values }) => [...values])];
    plot.current?.setData(data as UPlot.AlignedData, false);
    plot.current?.setScale('x', { min: seconds(start), max: seconds(end) });
  });

  return <div ref={place} className={css.chart} role="img" aria-label={words} dir="ltr" />;
}

function seconds(milliseconds: number): number {
  return milliseconds / 1_000;
}

interface Look {
  box: HTMLElement;
  locale: string;
  shape: string;
  format: (value: number) => string;
}

function optionsFor({ box, locale, shape, format }: Look): UPlot.Options {
  const style = getComputedStyle(box);
  const color = (name: string) => () => style.getPropertyValue(name);
  const font = `11px ${style.fontFamily}`;
  const rtl = document.documentElement.dir === 'rtl';
  const times = timesFor(locale);
  const axis = { stroke: color('--ink-soft'), font, ticks: { show: false } };
  const grid = { stroke: color('--line-soft'), width: 1 };
  return {
    width: box.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, rtl ? 0 : 12, 0, rtl ? 12 : 0],
    // Time goes the way of reading.
    scales: {
      x: { time: true, dir: rtl ? -1 : 1 },
      y: { range: (_, __, most) => [0, roof(most)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 70,
        incrs: steps,
        values: (_, ticks) => ticks.map((tick) => times.clock(new Date(tick * 1_000))),
      },
      {
        ...axis,
        grid,
        // uPlot's names for its sides are types only.
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
        side: rtl ? right : left,
        size: 58,
        space: 32,
        values: (_, ticks) => ticks.map(format),
      },
    ],
    series: [
      {},
      ...shape.split(',').map((name) => ({
        stroke: color(name),
        width: 2,
        points: { show: false },
      })),
    ],
  };
}

/** The axis begins at nothing and ends above everything. */
function roof(most: number | null): number {
  return most && most > 0 ? most * 1.15 : 1;
}
