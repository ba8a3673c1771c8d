"""What oslo.utils makes of files: a JSON object by path, made as Glance does it."""
import json
import sys

from oslo_utils.imageutils import format_inspector


def inspect(path):
    with open(path, "rb") as source:
        wrapper = format_inspector.InspectWrapper(source)
        while wrapper.read(65536):
            pass
        wrapper.close()
    try:
        formats = sorted(str(each) for each in wrapper.formats)
    except AttributeError:
        # A text that isn't all ASCII: it stumbles, and Glance takes the image.
        return {"formats": []}
    if len(formats) > 1:
        return {"formats": formats}
    inspector = wrapper.format
    failed = []
    try:
        inspector.safety_check()
    except format_inspector.SafetyCheckFailed as error:
        failed = sorted(error.failures)
    except format_inspector.ImageFormatError:
        failed = ["incomplete"]
    try:
        size = inspector.virtual_size
    except Exception:
        size = 0
    return {"formats": formats, "failed": failed, "virtualSizeBytes": size}


print(json.dumps({path: inspect(path) for path in sys.argv[1:]}))
