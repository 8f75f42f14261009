import { useEffect, useMemo, useRef, useState } from 'react';
import { ReactCrop, type PercentCrop } from 'react-image-crop';
import 'react-image-crop/dist/ReactCrop.css';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { DialogActions } from '@/components/dialog-form';
import { useText } from '@/i18n/use-text';
import { cutOut, middleOf } from './crop';
import css from './picture.module.css';

interface Props {
  file: File;
  onCropped: (picture: Blob) => void;
  /** It is no picture that this browser knows. */
  onUnreadable: () => void;
  onClose: () => void;
}

/** Chooses the square of a picture that will be seen, with the mouse or the arrow keys. */
export default function CropDialog({ file, onCropped, onUnreadable, onClose }: Props) {
  const t = useText();
  const picture = useRef<HTMLImageElement>(null);
  const [crop, setCrop] = useState<PercentCrop>();
  const url = useMemo(() => URL.createObjectURL(file), [file]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);

  const loaded = ({ naturalWidth: width, naturalHeight: height }: HTMLImageElement) => {
    const { x, y, size } = middleOf(width, height);
    setCrop({
      unit: '%',
      x: (100 * x) / width,
      y: (100 * y) / height,
      width: (100 * size) / width,
      height: (100 * size) / height,
    });
  };
  const use = () => {
    const image = picture.current;
    if (!image || !crop) return;
    const { naturalWidth: width, naturalHeight: height } = image;
    const part = {
      x: (crop.x * width) / 100,
      y: (crop.y * height) / 100,
      size: (crop.width * width) / 100,
    };
    cutOut(image, part).then(onCropped, onUnreadable);
  };

  return (
    <Dialog title={t('settings.crop.title')} onClose={onClose}>
      <div className={css.dialog}>
        <div className={css.stage} dir="ltr">
          <ReactCrop
            {...(crop ? { crop } : {})}
            aspect={1}
            circularCrop
            keepSelection
            minWidth={32}
            ariaLabels={{
              cropArea: t('settings.crop.area'),
              nwDragHandle: t('settings.crop.corner'),
              nDragHandle: t('settings.crop.corner'),
              neDragHandle: t('settings.crop.corner'),
              eDragHandle: t('settings.crop.corner'),
              seDragHandle: t('settings.crop.corner'),
              sDragHandle: t('settings.crop.corner'),
              swDragHandle: t('settings.crop.corner'),
              wDragHandle: t('settings.crop.corner'),
            }}
            onChange={(_, percent) => setCrop(percent)}
          >
            <img
              ref={picture}
              src={url}
              alt={t('settings.crop.picture')}
              onLoad={(event) => loaded(event.currentTarget)}
              onError={onUnreadable}
            />
          </ReactCrop>
        </div>
        <p className={css.hint}>{t('settings.crop.hint')}</p>
        <DialogActions>
          <Button look="quiet" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button onClick={use} aria-disabled={!crop}>
            {t('settings.crop.use')}
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  );
}
