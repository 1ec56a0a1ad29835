"""Run by a Python that has QGIS: open a project, say what is in it, draw it. Prints JSON."""

import json
import sys

from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsProject
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def told(node):
    layer = node.layer()
    if layer is None:
        return {"title": node.name(), "valid": False}
    renderer = layer.renderer()
    rules = renderer.rootRule().children() if hasattr(renderer, "rootRule") else []
    return {
        "title": node.name(), "shown": node.isVisible(), "valid": layer.isValid(),
        "source": layer.publicSource(), "features": layer.featureCount(),
        "crs": layer.crs().authid(), "rules": [rule.label() for rule in rules],
        "aliases": {field.name(): field.alias() for field in layer.fields()},
        "labels": layer.labelsEnabled(),
    }  # fmt: skip


def picture(project, nodes, target):
    settings = QgsMapSettings()
    settings.setLayers([node.layer() for node in nodes])
    settings.setDestinationCrs(project.crs())
    settings.setExtent(project.viewSettings().defaultViewExtent())
    settings.setOutputSize(QSize(800, 800))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(target)
    colours = {image.pixel(x, y) & 0xFFFFFF for x in range(800) for y in range(800)}
    return {"errors": [error.message for error in job.errors()],
            "colours": sorted(f"#{colour:06X}" for colour in colours)}  # fmt: skip


def main(source, target):
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    read = project.read(source)
    nodes = project.layerTreeRoot().findLayers()
    shown = [node for node in nodes if node.isVisible() and node.layer() is not None]
    answer = {
        "read": read, "title": project.title(), "crs": project.crs().authid(),
        "layers": [told(node) for node in nodes], "drawn": picture(project, shown, target),
    }  # fmt: skip
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    project.clear()
    application.exitQgis()


main(*sys.argv[1:3])
