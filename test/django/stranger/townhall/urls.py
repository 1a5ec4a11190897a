from django.urls import path

from talk import views

urlpatterns = [path("announce/<str:room>/", views.announce), path("digest/<str:room>/", views.digest)]
