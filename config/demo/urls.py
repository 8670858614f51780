from django.urls import path

from config.demo import views

app_name = "demo"

urlpatterns = [
    path("", views.people, name="people"),
    path("<slug:slug>/", views.come_in, name="person"),
]
